import { Link } from '../../components/link.tsx';

/** Each leads to all users who have it. */
export function UserTags({ tags }: { readonly tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <span className="tags">
      {tags.map((tag) => (
        <Link key={tag} className="chip" to="/users" search={{ tag }}>
          {tag}
        </Link>
      ))}
    </span>
  );
}
