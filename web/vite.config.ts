import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** `npm start` answers the API of a page that Vite serves while it is worked on. */
const SERVER = "http://127.0.0.1:4780";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // The manifest says which files a view is made of: scripts/page-weight.mjs adds up what they weigh.
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    reportCompressedSize: true,
    manifest: true,
  },
  server: { proxy: { "/api": SERVER, "/docs": SERVER } },
});
