import { currentCaller } from "./current.ts";
export default async function Page() {
  const { user } = await currentCaller();
  return <p>hello {user?.username}</p>;
}
