"use client";
import { useEffect, useRef, useState } from "react";
import { IMAGE_HINT, imageRules } from "#accounts/contract/image-field.ts";
import { Avatar } from "./avatar.tsx";
import buttons from "./button.module.css";
import fieldStyles from "./field.module.css";
import { described, FieldFrame } from "./field.tsx";
import { useField } from "./form.tsx";
import styles from "./image-field.module.css";

const NAME = "image";
const UNREADABLE = `Your browser can’t show this file. ${imageRules.unsupportedType.sentence}`;

type Props = { label: string; current?: string | null; username?: string; children?: React.ReactNode };

/** The field for a profile picture, with its limits as a hint; with JavaScript it shows a preview. */
export function ImageField({ label, current, username, children }: Props) {
  const { state, problem: refusal, registered } = useField(NAME);
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<{ address: string; readable: boolean } | null>(null);
  const problem = refusal ?? (chosen?.readable === false ? { detail: UNREADABLE } : undefined);
  const [given, setGiven] = useState(state); // with JavaScript, an answer leaves the chosen file in the input
  const lost = state.fileSent && given === state && !chosen;
  useEffect(() => () => URL.revokeObjectURL(chosen?.address ?? ""), [chosen]);

  const choose = (file: File | undefined) => {
    setGiven(state);
    setChosen(file ? { address: URL.createObjectURL(file), readable: true } : null);
  };

  return (
    <FieldFrame name={NAME} label={label} optional problem={problem} hint={`${IMAGE_HINT}. We’ll crop it to a square.`}>
      {lost && !problem && <p className={fieldStyles.error}>Please choose your picture again. Your browser can’t keep it for you.</p>}
      <div className={styles.row}>
        <Avatar
          picture={chosen ? (chosen.readable ? chosen.address : null) : (current ?? null)}
          name={chosen ? "" : (username ?? "")}
          alt={chosen ? "Preview of your picture" : "Your profile picture"}
          large
          onError={chosen ? () => setChosen({ ...chosen, readable: false }) : undefined}
        />
        <div className={styles.controls}>
          <input
            id={NAME}
            type="file"
            accept="image/jpeg,image/png,image/webp"
            className={styles.file}
            {...described(NAME, problem, `${NAME}-hint`)}
            {...registered}
            ref={(element) => {
              registered.ref(element);
              input.current = element;
            }}
            onChange={(event) => {
              choose(event.target.files?.[0]);
              void registered.onChange(event);
            }}
          />
          {chosen && (
            <button
              type="button"
              className={buttons.secondary}
              onClick={() => {
                if (!input.current) return;
                input.current.value = "";
                input.current.dispatchEvent(new Event("change", { bubbles: true }));
                input.current.focus();
              }}
            >
              Don’t use this picture
            </button>
          )}
          {children}
        </div>
      </div>
    </FieldFrame>
  );
}
