import styles from "./sessions.module.css";

const SCREEN = "M4 5h16v11H4V5Zm4 14h8";
const PHONE = "M7 3h10v18H7V3Zm4 15h2";
const PROGRAM = "M3 5h18v14H3V5Zm3 4 3 3-3 3m5 0h5";

/** An icon for the kind of device. Decorative: the text beside it names the device. */
export function DeviceIcon({ device }: { device: string }) {
  const kind = /Android|iOS/.test(device) ? PHONE : device.includes(" on ") ? SCREEN : PROGRAM;
  return (
    <svg className={styles.icon} viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d={kind} fill="none" stroke="currentcolor" strokeWidth="1.6" strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}
