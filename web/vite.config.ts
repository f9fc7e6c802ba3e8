import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** `npm start` answers the API of a page that Vite serves while it is worked on. */
const SERVER = "http://127.0.0.1:4780";

const PACKED = /\.(js|css|html|svg|json)$/;

/** Packs the built files once, instead of for everybody who asks for them; the server gives what the browser takes (http/web-page.ts). */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    writeBundle({ dir = "" }) {
      for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
        if (!PACKED.test(name)) continue;
        const content = readFileSync(join(dir, name));
        writeFileSync(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
        writeFileSync(join(dir, `${name}.br`), brotliCompressSync(content));
      }
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), packed()],
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
