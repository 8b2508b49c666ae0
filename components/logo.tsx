/** The logo. Decorative: the name stands beside it. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg className={className} viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <path d="M16 7a5.2 5.2 0 0 1 2.7 9.65L20.6 25h-9.2l1.9-8.35A5.2 5.2 0 0 1 16 7Z" fill="var(--on-accent)" />
      <rect x="27" y="12" width="5" height="8" rx="1.5" fill="#ffcb6b" />
    </svg>
  );
}
