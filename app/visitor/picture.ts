import type { User } from "#accounts/caller.ts";

/** The address of a user's picture for our own pages: relative, so that it works by whatever name the host is reached. */
export const pictureOf = ({ avatarHash }: Pick<User, "avatarHash">) => avatarHash && `/avatars/${avatarHash}.webp`;
