import { redirect } from "next/navigation";
import buttons from "#components/button.module.css";
import { HomePicture } from "#components/home-picture.tsx";
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
    title: "See all your devices",
    words: "Which browser or app, where from, and when it was last active.",
  },
  { title: "Sign out anywhere", words: "Sign out of one device, all the others, or everywhere at once. It takes effect immediately." },
];

export default async function Page() {
  const { user } = await currentCaller();
  if (user) redirect("/profile/");
  return (
    <Frame title="Your account" here="/" width="wide">
      <div className={styles.hero}>
        <div className={styles.words}>
          <h1>Your account, in your hands.</h1>
          <p className={text.lead}>Manage your profile, your password and the devices you’re signed in on, all in one place.</p>
          <div className={styles.ways}>
            <a className={buttons.primary} href="/register/">
              Create an account
            </a>
            <a className={buttons.secondary} href="/login/">
              Sign in
            </a>
          </div>
        </div>
        <HomePicture className={styles.picture} />
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
