import styles from "./sessions.module.css";

const PATHS = {
  computer: "M4 5h16v11H4V5Zm4 14h8",
  phone: "M7 3h10v18H7V3Zm4 15h2",
  program: "M3 5h18v14H3V5Zm3 4 3 3-3 3m5 0h5",
};

/** What a person holds in hand, or a program: a browser says on which system it runs. */
export function kindOfDevice(device: string): keyof typeof PATHS {
  if (/Android|iOS/.test(device)) return "phone";
  return device.includes(" on ") ? "computer" : "program";
}

/** An icon for the kind of device. Decorative: the text beside it names the device. */
export function DeviceIcon({ device }: { device: string }) {
  return (
    <svg className={styles.icon} viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path
        d={PATHS[kindOfDevice(device)]}
        fill="none"
        stroke="currentcolor"
        strokeWidth="1.6"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  );
}
