import styles from "./avatar.module.css";
import { initialsOf } from "./initials.ts";

const HUES = 12;

type Props = {
  picture: string | null;
  name: string;
  /** Whose it is: people keep their colour when they change their name. */
  person?: number;
  alt?: string;
  size?: "small" | "large";
  onError?: () => void;
};

/** The profile picture, or the initials of the name in a colour of one's own, or a silhouette without a name. */
export function Avatar({ picture, name, person, alt = "", size = "small", onError }: Props) {
  const hue = person === undefined || name === "" ? "" : styles[`hue${person % HUES}`];
  const look = `${styles[size]} ${hue}`.trim();
  if (picture) return <img className={look} src={picture} alt={alt} onError={onError} />;
  return (
    <span className={look} aria-hidden="true">
      {initialsOf(name) || (
        <svg viewBox="0 0 24 24" width="60%" height="60%" aria-hidden="true">
          <path d="M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm0 2c-4.4 0-8 2.6-8 6v1h16v-1c0-3.4-3.6-6-8-6Z" fill="currentcolor" />
        </svg>
      )}
    </span>
  );
}
