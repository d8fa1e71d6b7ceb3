import type { NodeProblem } from '../../api/types.ts';
import { Paste } from '../../components/copy.tsx';

/** Causes, likeliest first, each with what to paste. */
export function Problems({ problems }: { readonly problems: readonly NodeProblem[] }) {
  return (
    <ol className="causes">
      {problems.map((problem, index) => (
        <li key={problem.code}>
          <span className="no">{index + 1}</span>
          <div>
            <b>{problem.message}</b>
            {problem.hint ? <p>{problem.hint}</p> : null}
            {problem.commands.length > 0 ? <Paste lines={problem.commands.join('\n')} /> : null}
          </div>
        </li>
      ))}
    </ol>
  );
}
