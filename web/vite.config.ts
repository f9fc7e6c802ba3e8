import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** `npm start` answers the API of a page that Vite serves while it is worked on. */
const SERVER = "http://127.0.0.1:4780";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: "../dist/web", emptyOutDir: true, target: "es2022", sourcemap: false, reportCompressedSize: true },
  server: { proxy: { "/api": SERVER, "/docs": SERVER } },
});
