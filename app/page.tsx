import { redirect } from "next/navigation";
import buttons from "#components/button.module.css";
import { Door } from "#components/door.tsx";
import text from "#components/text.module.css";
import { Frame } from "./frame.tsx";
import styles from "./home.module.css";
import { currentCaller } from "./visitor/current.ts";

const PROMISES = [
  {
    title: "One account",
    words: "Register once, with a picture, a few words about you, and how to reach you. Change any of it whenever you like.",
  },
  {
    title: "Every device in view",
    words: "See where you are signed in: which browser or program, from which address, and when it was last used.",
  },
  { title: "The last word", words: "End one session, all the others, or every single one. What you end is out at once, everywhere." },
];

export default async function Page() {
  const { user } = await currentCaller();
  if (user) redirect("/profile/");
  return (
    <Frame title="Your account" here="/" width="wide">
      <div className={styles.hero}>
        <div className={styles.words}>
          <h1>The key to your account stays in your hand.</h1>
          <p className={text.lead}>
            Latchkey looks after accounts on this site: who you are, how you sign in, and where you are signed in.
          </p>
          <div className={styles.ways}>
            <a className={buttons.primary} href="/register/">
              Create an account
            </a>
            <a className={buttons.secondary} href="/login/">
              Sign in
            </a>
          </div>
        </div>
        <Door className={styles.door} />
      </div>
      <ul className={styles.promises}>
        {PROMISES.map(({ title, words }) => (
          <li key={title}>
            <h2>{title}</h2>
            <p className={text.soft}>{words}</p>
          </li>
        ))}
      </ul>
    </Frame>
  );
}
