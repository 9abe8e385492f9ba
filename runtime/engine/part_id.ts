/** Parts of one message are several to whoever tells deliveries apart by their id. */
export function partId({ id, part }: { readonly id: string; readonly part: number }): string {
  return part === 0 ? id : `${id}.${part}`;
}
