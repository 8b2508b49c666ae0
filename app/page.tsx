import { redirect } from "next/navigation";
import buttons from "#components/button.module.css";
import { HomePicture } from "#components/home-picture.tsx";
import text from "#components/text.module.css";
import { Frame } from "./frame.tsx";
import styles from "./home.module.css";
import { words } from "./home-words.ts";
import { site } from "./site/site.ts";
import { currentCaller } from "./visitor/current.ts";

export default async function Page() {
  const { user } = await currentCaller();
  if (user) redirect("/profile/");
  return (
    <Frame title={words.title} here="/">
      <div className={styles.hero}>
        <div className={styles.words}>
          <h1>{words.heading}</h1>
          <p className={text.lead}>{words.lead(site().name)}</p>
          <div className={styles.ways}>
            <a className={buttons.primary} href="/register/">
              {words.register}
            </a>
            <a className={buttons.secondary} href="/login/">
              {words.signIn}
            </a>
          </div>
        </div>
        <HomePicture className={styles.picture} />
      </div>
      <ul className={styles.promises}>
        {words.promises.map(({ title, means }) => (
          <li key={title}>
            <h2>{title}</h2>
            <p className={text.soft}>{means}</p>
          </li>
        ))}
      </ul>
    </Frame>
  );
}
