/** What is wrong with a file of leads as a whole; `detectFormat` adds which file, and a `Problem` comes of it. */
export interface FileFault {
  readonly message: string;
  readonly allowed?: string;
}
