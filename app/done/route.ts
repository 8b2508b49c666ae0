import { innerPath } from "#app/forms/inner-path.ts";
import { isNotice, setNotice } from "#app/forms/notices.ts";
import { seeOther } from "#app/forms/see-other.ts";
import { currentCaller } from "#app/visitor/current.ts";
import { answering } from "#http/endpoint.ts";
import { isSameOrigin } from "#http/same-origin.ts";

/**
 * Every successful form leads through here: to the page that says so, or back to signing in if the browser has not kept the
 * session's cookie, which no request before this one could see.
 */
export const GET = answering(async (request) => {
  const asked = new URL(request.url).searchParams;
  const target = innerPath(asked.get("to"), "/profile/");
  if (asked.has("signed") && !(await currentCaller()).user) {
    const email = asked.get("email");
    return seeOther(`/login/?${new URLSearchParams({ next: target, cookie: "lost", ...(email && { email }) })}`);
  }
  const code = asked.get("say");
  if (isNotice(code) && isSameOrigin(request.headers)) await setNotice(code); // another site's link says nothing in our name
  return seeOther(target);
});
