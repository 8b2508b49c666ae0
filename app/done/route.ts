import { innerPath } from "#app/forms/inner-path.ts";
import { isNotice, setNotice } from "#app/forms/notices.ts";
import { seeOther } from "#app/forms/see-other.ts";
import { currentCaller } from "#app/visitor/current.ts";
import { answering, exported } from "#http/route.ts";
import { isSameOrigin } from "#http/same-origin.ts";

/**
 * Every successful form redirects here. The next redirect leads to the page that shows the notice, or back to the sign-in page
 * if the browser rejected the session cookie, which only this second request can tell.
 */
export const GET = exported(
  answering(async (request) => {
    const asked = new URL(request.url).searchParams;
    const target = innerPath(asked.get("to"), "/profile/");
    if (asked.has("signed") && !(await currentCaller()).user) {
      const email = asked.get("email");
      return seeOther(`/login/?${new URLSearchParams({ next: target, cookie: "lost", ...(email && { email }) })}`);
    }
    const code = asked.get("say");
    if (isNotice(code) && isSameOrigin(request.headers)) await setNotice(code); // a link on another site must not show a notice
    return seeOther(target);
  }),
);
