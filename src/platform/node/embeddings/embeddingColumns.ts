/** What a table of embeddings says of each picture, before its numbers. */
export const embeddingColumns = ["id", "path", "class", "label", "split"] as const;
