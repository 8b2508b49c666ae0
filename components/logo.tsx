/** The logo. Decorative: the name stands beside it. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg className={className} viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--mark)" />
      <path d="M16 6a6 6 0 0 1 3 11.2L21 26H11l2-8.8A6 6 0 0 1 16 6Z" fill="var(--mark-key)" />
    </svg>
  );
}
