import type { NodeProblem } from '../../api/types.ts';
import { Paste } from '../../components/copy.tsx';
import { useSaid } from '../../lib/use-said.ts';

/** Causes, likeliest first, each with what to paste. */
export function Problems({ problems }: { readonly problems: readonly NodeProblem[] }) {
  const said = useSaid();
  return (
    <ol className="causes">
      {problems.map((problem, index) => {
        const { message, hint } = said(problem);
        return (
          <li key={problem.code}>
            <span className="no">{index + 1}</span>
            <div>
              <b>{message}</b>
              {hint ? <p>{hint}</p> : null}
              {message === problem.message ? null : (
                <p className="note">
                  <bdi>{problem.message}</bdi>
                </p>
              )}
              {problem.commands.length > 0 ? <Paste lines={problem.commands.join('\n')} /> : null}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
