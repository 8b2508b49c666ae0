import { createPersonalToken, listPersonalTokens, publicToken } from "#accounts/sessions/personal-tokens.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.tokens, async ({ caller }) => ({ tokens: (await listPersonalTokens(caller)).map(publicToken) })),
  serve(api.createToken, async ({ caller, input }) => {
    const { token, session } = await createPersonalToken(caller, input);
    return { ...publicToken(session), token };
  }),
);
