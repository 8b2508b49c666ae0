/* The floor of pages: static, made once at build time. */

export default function Page() {
  return <h1>A static page</h1>;
}
