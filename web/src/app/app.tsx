import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { queries } from "../api/queries.ts";
import { RESOLVER, THEME } from "../theme/theme.ts";
import { router } from "./router.tsx";

const schemes = localStorageColorSchemeManager({ key: "goniec-scheme" });

export function App() {
  return (
    <MantineProvider theme={THEME} cssVariablesResolver={RESOLVER} colorSchemeManager={schemes} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
