import { compile } from "html-to-text";

/** The text part of a mail that was written as HTML only: links keep their addresses, tables and lists stay readable. */
export const textFromHtml = compile({
  wordwrap: 78,
  selectors: [
    { selector: "a", options: { hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
    { selector: "img", format: "skip" },
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});
