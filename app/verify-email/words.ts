/** The sentences of the page that confirms an email address. */
export const words = {
  title: "Confirm your email address",
  isConfirmed: (email: string) => `Your email address ${email} is confirmed.`,
  used: "If you’ve just confirmed your address, you’re done.",
  toProfile: "Go to your profile",
  toSignIn: "Sign in",
  whereNewLink: ", where you can have a new link sent.",
  isAddressOf: (username: string) => `is the address of your account ${username}`,
  fromNowOn: " from now on. You’ll be signed out everywhere else.",
  elsewhere: (username: string) => `, for the account ${username}. Enter its password to show that you made it.`,
  password: "Password",
  submit: "Confirm email address",
  pending: "Confirming…",
  notYours: "You don’t know the password, or somebody else made this account?",
  takeOver: "Take the account over: everybody is signed out, its password stops working, and we email you a link to choose a new one.",
  withoutPassword: "Confirm without the password",
};
