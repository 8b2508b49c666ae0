import styles from "./avatar.module.css";

type Props = { picture: string | null; name: string; alt?: string; large?: boolean; onError?: () => void };

/** The profile picture, or the initials of the name, or a silhouette without a name. */
export function Avatar({ picture, name, alt = "", large = false, onError }: Props) {
  const size = large ? 88 : 36;
  const look = large ? styles.large : styles.small;
  if (picture) return <img className={look} src={picture} alt={alt} width={size} height={size} onError={onError} />;
  const initials = [...name.replace(/[^\p{L}\p{N}]/gu, "")].slice(0, 2).join("").toUpperCase();
  return (
    <span className={look} aria-hidden="true">
      {initials || (
        <svg viewBox="0 0 24 24" width="60%" height="60%" aria-hidden="true">
          <path d="M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm0 2c-4.4 0-8 2.6-8 6v1h16v-1c0-3.4-3.6-6-8-6Z" fill="currentcolor" />
        </svg>
      )}
    </span>
  );
}
