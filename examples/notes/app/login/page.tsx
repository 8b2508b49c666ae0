import { LogInForm } from "./form.tsx";

export default async function LogInPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { next } = await searchParams;
  return (
    <>
      <h1>Sign in to Notes</h1>
      <LogInForm next={typeof next === "string" ? next : "/"} />
    </>
  );
}
