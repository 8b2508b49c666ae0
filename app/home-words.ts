/** The sentences of the home page. */
export const words = {
  title: "Your account",
  heading: "Your account, in your hands.",
  lead: (site: string) =>
    `One ${site} account for everything here. Manage your profile, your password and the devices you’re signed in on, all in one place.`,
  register: "Create an account",
  signIn: "Sign in",
  promises: [
    {
      title: "One account",
      means: "Register once, with a picture and a few words about you if you like. Change any of it whenever you want.",
    },
    { title: "See all your devices", means: "Which browser or app, where from, and when it was last active." },
    { title: "Sign out anywhere", means: "Sign out of one device, all the others, or everywhere at once. It takes effect immediately." },
  ],
};
