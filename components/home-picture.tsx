/** The picture of the home page: an open door with a key in its lock, in the colours of the theme. */
export function HomePicture({ className }: { className?: string }) {
  return (
    <svg className={className} viewBox="0 0 320 320" aria-hidden="true">
      <path d="M60 300V70a50 50 0 0 1 50-50h100a50 50 0 0 1 50 50v230Z" fill="var(--accent-wash)" />
      <path d="M78 300V76a40 40 0 0 1 40-40h84a40 40 0 0 1 40 40v224Z" fill="#ffcb6b" />
      <path d="M40 302h240" stroke="var(--edge)" strokeWidth="4" strokeLinecap="round" />
      <path d="M78 300V76a40 40 0 0 1 40-40h58c14 3 24 15 24 31v249Z" fill="var(--accent)" />
      <path
        d="M98 150V92c0-18 12-30 28-30h32c13 0 22 9 22 24v66Z"
        fill="none"
        stroke="var(--on-accent)"
        strokeOpacity=".3"
        strokeWidth="3"
      />
      <path d="M98 276v-98l82 2v104Z" fill="none" stroke="var(--on-accent)" strokeOpacity=".3" strokeWidth="3" />
      <rect x="164" y="150" width="26" height="62" rx="9" fill="#ffcb6b" />
      <path d="M177 163a7.5 7.5 0 0 1 3.9 13.9L183 190h-12l2.1-13.1A7.5 7.5 0 0 1 177 163Z" fill="#05231b" />
    </svg>
  );
}
