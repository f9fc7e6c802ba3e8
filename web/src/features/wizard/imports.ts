import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { ApiProblem } from "../../api/problem.ts";
import { KEYS, REFRESH_MS } from "../../api/queries.ts";
import { uploadFile } from "../../api/upload.ts";
import { readUnsaved, writeUnsaved } from "./unsaved.ts";

export type Import = Shape<"Import">;
export type Column = NonNullable<Import["format"]>["columns"][number];

/** While a file is worked on, how often one asks how far it is; the event stream tells it too. */
const WATCH_MS = 1_000;

const isAtWork = (one: Import | null | undefined): boolean => one?.state === "checking" || one?.state === "importing";

/** An import belongs to its campaign only once it is tried out; until then this browser knows whose it is. */
const uploadKey = (draftId: number): string => `goniec-draft:${draftId}:upload`;

/** The newest import of the draft, whoever began it and wherever; null when there was none. */
export function useImport(draftId: number) {
  const client = useQueryClient();
  const queryKey = [KEYS.imports, "draft", draftId];
  const found = useQuery({
    queryKey,
    queryFn: () => newestImport(draftId),
    refetchInterval: ({ state }) => (isAtWork(state.data) ? WATCH_MS : REFRESH_MS),
  });
  const keep = async (one: Import): Promise<void> => {
    client.setQueryData(queryKey, one);
    await client.invalidateQueries({ queryKey: [KEYS.campaign, draftId] });
  };
  return { ...found, keep };
}

async function newestImport(draftId: number): Promise<Import | null> {
  const listed = await answerOf(api.GET("/api/v1/imports", { params: { query: { campaignId: draftId, limit: 1 } } }));
  const uploaded = await ownUpload(draftId);
  const [newest = null] = [...listed.items, ...uploaded].toSorted((a, b) => b.id - a.id);
  return newest;
}

async function ownUpload(draftId: number): Promise<Import[]> {
  const id = readUnsaved<number>(uploadKey(draftId));
  if (id === undefined) return [];
  try {
    return [await answerOf(api.GET("/api/v1/imports/{id}", { params: { path: { id } } }))];
  } catch (problem) {
    if (problem instanceof ApiProblem && problem.kind === "not-found") return [];
    throw problem;
  }
}

/** Sends a file; `share` is the part of it that has left. */
export function useUpload(draftId: number, keep: (one: Import) => Promise<void>) {
  const [share, setShare] = useState(0);
  const upload = useMutation({
    mutationFn: (file: File) => {
      setShare(0);
      return uploadFile<Import>("/api/v1/imports", file, setShare);
    },
    onSuccess: (one) => {
      writeUnsaved(uploadKey(draftId), one.id);
      return keep(one);
    },
  });
  return { ...upload, share };
}

interface Layout {
  readonly encoding: string;
  readonly separator: string;
  readonly header: boolean;
}

/** What a person orders to be done with an import; each shows the import as it is afterwards. */
export function useImportOrders(id: number, draftId: number, keep: (one: Import) => Promise<void>) {
  const params = { path: { id } };
  const onSuccess = keep;
  return {
    layout: useMutation({
      mutationFn: (body: Layout) => answerOf(api.PUT("/api/v1/imports/{id}/layout", { params: { path: { id } }, body })),
      onSuccess,
    }),
    check: useMutation({
      mutationFn: (columns: { index: number; field: string }[]) =>
        answerOf(api.POST("/api/v1/imports/{id}/check", { params, body: { campaignId: draftId, columns } })),
      onSuccess,
    }),
    commit: useMutation({ mutationFn: () => answerOf(api.POST("/api/v1/imports/{id}/commit", { params })), onSuccess }),
    cancel: useMutation({ mutationFn: () => answerOf(api.POST("/api/v1/imports/{id}/cancel", { params })), onSuccess }),
  };
}

export type ImportOrders = ReturnType<typeof useImportOrders>;
