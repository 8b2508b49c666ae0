"use client";
import buttons from "./button.module.css";
import { useField } from "./form.tsx";
import styles from "./remove-picture.module.css";

/** A check box that looks like a button: with it, saving the form removes the picture. */
export function RemovePicture({ name }: { name: string }) {
  const { typed, registered } = useField(name);
  return (
    <>
      <label className={`${buttons.quiet} ${styles.remove}`}>
        <input type="checkbox" id={name} defaultChecked={typed === "on"} {...registered} />
        <span>Remove my picture</span>
      </label>
      <span className={styles.note}>It goes when you save. Press again to keep it.</span>
    </>
  );
}
