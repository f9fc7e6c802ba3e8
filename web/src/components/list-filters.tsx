import { NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { type ListFilter, listFilter } from "../api/list-filter.ts";
import styles from "./list-filters.module.css";

interface Choice {
  readonly value: string;
  readonly label: string;
}

interface ListFiltersProps {
  readonly searchLabel: string;
  readonly stateLabel: string;
  /** What no choice is called. */
  readonly allLabel: string;
  readonly states: readonly Choice[];
  /** What else is done about the list. */
  readonly children?: ReactNode;
}

/** A list's search and its choice of a state, as `useListFilter` reads them. */
export function ListFilters({ searchLabel, stateLabel, allLabel, states, children }: ListFiltersProps) {
  const { state = "" } = useListFilter();
  const change = useChange();
  return (
    <FilterBar>
      <SearchField label={searchLabel} />
      <NativeSelect
        label={stateLabel}
        value={state}
        onChange={({ target }) => change({ state: target.value })}
        data={[{ value: "", label: allLabel }, ...states]}
      />
      {children}
    </FilterBar>
  );
}

/** What narrows a list, side by side above it. */
export function FilterBar({ children }: { readonly children: ReactNode }) {
  return <div className={styles.filters}>{children}</div>;
}

/** What the address of a list's page asks for. */
export function useListFilter(): ListFilter {
  return listFilter(useSearch({ strict: false }));
}

const ADDRESS_MAX = 320;
/** Long enough that a list is not asked for at each letter. */
const TYPING_MS = 250;

function SearchField({ label }: { readonly label: string }) {
  const { q = "" } = useListFilter();
  const change = useChange();
  const [typed, setTyped] = useState(q);
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const [known, setKnown] = useState(q);
  // The address was changed by a link, not by this field.
  if (known !== q) {
    setKnown(q);
    if (q !== search) setTyped(q);
  }
  // Only what is typed changes the address; a change of the address is taken over above.
  useEffect(() => {
    if (search !== q) change({ q: search });
  }, [search]);
  return (
    <TextInput
      type="search"
      label={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      maxLength={ADDRESS_MAX}
    />
  );
}

/** In place of the address as it was: going back leads to the page before, not through every letter that was typed. */
function useChange(): (filter: ListFilter) => void {
  const navigate = useNavigate();
  return (filter) =>
    void navigate({
      to: ".",
      search: (before) => listFilter({ ...before, ...filter }),
      replace: true,
    });
}
