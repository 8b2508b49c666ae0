import type { User } from "#accounts/caller.ts";

/** The path of a user's picture for our pages: relative, so that it works under any host name. */
export const pictureOf = ({ avatarHash }: Pick<User, "avatarHash">) => avatarHash && `/avatars/${avatarHash}.webp`;
