import {
  createTheme,
  type CSSVariablesResolver,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from "@mantine/core";

/** Mantine wants ten shades of a colour; those that it draws with come from tokens.css, so both themes have their own. */
const tuple = (name: string): MantineColorsTuple =>
  Array.from({ length: 10 }, () => `var(--${name})`) as unknown as MantineColorsTuple;

/** Mantine writes white on what it fills, which nobody can read on the light colours of the dark theme. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colours = defaultVariantColorsResolver(input);
  return input.variant === "filled" ? { ...colours, color: "var(--accent-ink)" } : colours;
};

export const THEME = createTheme({
  variantColorResolver,
  fontFamily: '"IBM Plex Sans Variable", system-ui, sans-serif',
  headings: { fontFamily: '"IBM Plex Sans Variable", system-ui, sans-serif' },
  primaryColor: "accent",
  colors: { accent: tuple("accent"), bad: tuple("bad") },
  defaultRadius: 6,
  cursorType: "pointer",
  respectReducedMotion: true,
  fontSizes: { xs: "var(--text-xs)", sm: "var(--text-sm)", md: "var(--text-md)", lg: "var(--text-lg)", xl: "var(--text-xl)" },
  components: {
    Button: { defaultProps: { size: "sm" } },
    Checkbox: { defaultProps: { iconColor: "var(--accent-ink)" } },
    TextInput: { defaultProps: { size: "sm" } },
    Modal: { defaultProps: { centered: true, radius: 8 } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
  },
});

/** Puts our tokens where Mantine's own would be. */
export const RESOLVER: CSSVariablesResolver = () => {
  const ours = {
    "--mantine-color-body": "var(--surface)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--ink-faint)",
    "--mantine-color-placeholder": "var(--ink-faint)",
    "--mantine-color-anchor": "var(--accent)",
    "--mantine-color-error": "var(--bad)",
    "--mantine-color-default": "var(--surface)",
    "--mantine-color-default-hover": "var(--surface-hover)",
    "--mantine-color-default-color": "var(--ink)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-color-accent-filled": "var(--accent)",
    "--mantine-color-accent-filled-hover": "color-mix(in srgb, var(--accent) 88%, var(--ink))",
    "--mantine-color-accent-light": "var(--accent-soft)",
    "--mantine-color-accent-light-hover": "var(--accent-soft)",
    "--mantine-color-accent-light-color": "var(--accent)",
    "--mantine-color-accent-outline": "var(--accent)",
    "--mantine-color-bad-filled": "var(--bad)",
    "--mantine-color-bad-light": "var(--bad-soft)",
    "--mantine-color-bad-light-hover": "var(--bad-soft)",
    "--mantine-color-bad-light-color": "var(--bad)",
    "--mantine-primary-color-contrast": "var(--accent-ink)",
  };
  // What Mantine paints with its own greys on a dark page: menus, dialogs, and the lines of inputs.
  const greys = {
    "--mantine-color-dark-4": "var(--line)",
    "--mantine-color-dark-5": "var(--surface-hover)",
    "--mantine-color-dark-6": "var(--surface)",
    "--mantine-color-dark-7": "var(--surface)",
  };
  return { variables: {}, light: ours, dark: { ...ours, ...greys } };
};
