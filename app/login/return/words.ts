/** The sentences of the page that asks whether to use an account again. */
export const words = {
  inactive: {
    title: "Use your account again?",
    means: "You’ve deactivated this account. If you go on, it’s active again, as you left it.",
    submit: "Activate my account",
    pending: "Activating your account…",
  },
  deleting: {
    title: "Keep your account?",
    means: "You’ve asked us to delete this account. If you go on, it won’t be deleted, and everything is as you left it.",
    submit: "Keep my account",
    pending: "Keeping your account…",
  },
  deletedOn: "Otherwise it will be deleted on",
  leave: "Leave it as it is",
};
