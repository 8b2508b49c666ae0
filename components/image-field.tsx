"use client";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { imageRules, PICTURE_HINT } from "#accounts/contract/image-rules.ts";
import { Avatar } from "./avatar.tsx";
import buttons from "./button.module.css";
import fieldStyles from "./field.module.css";
import { described, FieldFrame } from "./field-frame.tsx";
import { useField } from "./form.tsx";
import { useHydrated } from "./hydrated.ts";
import styles from "./image-field.module.css";

const NAME = "image";
const UNREADABLE = `Your browser can’t show this file. ${imageRules.unsupportedType.sentence}`;

type Props = { label: string; current?: string | null; person?: number; username?: string; children?: React.ReactNode };

/** The field for a profile picture. With JavaScript it is a button and a place to drop a file, shows a preview and sends it scaled. */
export function ImageField({ label, current, person, username, children }: Props) {
  const { state, problem: refusal, registered } = useField(NAME);
  const input = useRef<HTMLInputElement>(null);
  const hydrated = useHydrated();
  const [isOver, setOver] = useState(false);
  const [chosen, setChosen] = useState<{ address: string; readable: boolean } | null>(null);
  const problem = refusal ?? (chosen?.readable === false ? { detail: UNREADABLE } : undefined);
  const [given, setGiven] = useState(state); // with JavaScript, an answer leaves the chosen file in the input
  const lost = state.fileSent && given === state && !chosen;
  useEffect(() => () => URL.revokeObjectURL(chosen?.address ?? ""), [chosen]);

  const show = (file: File | undefined) => setChosen(file ? { address: URL.createObjectURL(file), readable: true } : null);
  const choose = async (file: File | undefined) => {
    setGiven(state);
    show(file);
    if (!file) return;
    const { scaledPicture } = await import("./scaled-picture.ts"); // only whoever chooses a picture needs it
    const scaled = await scaledPicture(file);
    if (scaled === file || input.current?.files?.[0] !== file) return;
    input.current.files = listOf(scaled);
    show(scaled);
  };
  const put = (files: FileList) => {
    if (!input.current) return;
    input.current.files = files;
    input.current.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) put(listOf(file));
  };

  return (
    <FieldFrame name={NAME} label={label} optional problem={problem} hint={PICTURE_HINT}>
      {lost && !problem && <p className={fieldStyles.error}>Please choose your picture again. Your browser can’t keep it for you.</p>}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a short cut for the file input, which keyboards reach */}
      <div
        className={isOver ? styles.over : styles.row}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Avatar
          picture={chosen ? (chosen.readable ? chosen.address : null) : (current ?? null)}
          name={chosen ? "" : (username ?? "")}
          person={person}
          alt={chosen ? "Preview of your picture" : "Your profile picture"}
          size="large"
          onError={chosen ? () => setChosen({ ...chosen, readable: false }) : undefined}
        />
        <div className={styles.controls}>
          <div className={hydrated ? styles.pick : styles.plain}>
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
                void choose(event.target.files?.[0]);
                void registered.onChange(event);
              }}
            />
            <span className={buttons.secondary} aria-hidden="true" hidden={!hydrated}>
              {chosen || current ? "Upload another" : "Upload a picture"}
            </span>
          </div>
          {chosen ? (
            <button
              type="button"
              className={buttons.quiet}
              onClick={() => {
                put(new DataTransfer().files);
                input.current?.focus();
              }}
            >
              Don’t use this picture
            </button>
          ) : (
            children
          )}
        </div>
      </div>
    </FieldFrame>
  );
}

function listOf(file: File): FileList {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  return transfer.files;
}
