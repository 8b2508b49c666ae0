import * as z from "zod";

/* The schemas of answers about personal access tokens. Descriptions are registered, as in views.ts. */

const instant = (description: string, example: string) =>
  z.string().register(z.globalRegistry, { description, format: "date-time", examples: [example] });

export const TokenView = z
  .object({
    id: z.int().register(z.globalRegistry, { description: "Random; not the token.", examples: [52_687_520_770_324] }),
    name: z.string().register(z.globalRegistry, { examples: ["Backup script"] }),
    scopes: z.array(z.string()).register(z.globalRegistry, {
      description: "Words for the services that are given the token.",
      examples: [["notes:read"]],
    }),
    created_at: instant("When it was made.", "2026-11-24T08:00:00.000Z"),
    last_used_at: z.nullable(z.string()).register(z.globalRegistry, {
      description: "When it was last used, accurate to the minute; null if it wasn’t.",
      format: "date-time",
      examples: [null],
    }),
    expires_at: instant("When it ends.", "2027-02-22T08:00:00.000Z"),
  })
  .register(z.globalRegistry, { id: "PersonalToken" });

export const TokensAnswer = z.object({ tokens: z.array(TokenView) });
export const NewTokenAnswer = TokenView.extend({
  token: z.string().register(z.globalRegistry, {
    description: "Opaque; send it as “Authorization: Bearer <token>”. Shown this once.",
    examples: ["lkp_Example0ThisIsOnlyAnExampleThatOpensNothingAnywhereSOMi0"],
  }),
});

export type TokenView = z.output<typeof TokenView>;
