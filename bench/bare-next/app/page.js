/* The floor of pages: a static page, rendered at build time. */

export default function Page() {
  return <h1>A static page</h1>;
}
