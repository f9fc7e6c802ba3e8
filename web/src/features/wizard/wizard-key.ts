/**
 * Answers about the draft as it is typed. They have a key of their own because what is sent elsewhere does not change them, and the server
 * works long for some.
 */
export const WIZARD = "wizard";
