/** What fax machines send: dots an inch across, and down at the resolutions called fine and standard. */
const FAX = { x: 204, fine: 196, standard: 98 };
/** Nobody scans letters coarser than this, across: what says so means something else. */
const DPI_MIN = 90, DPI_MAX = 2_400;
/** No resolution of a fax machine is coarser down. */
const DOWN_DPI_MIN = 35;

/**
 * Dots an inch of a page that is `width` by `height` dots large: those that are said where they can be, otherwise those of a
 * fax machine. A page is higher than it is wide, unless its lines are twice as far apart.
 */
export function faxDpi(
  width: number,
  height: number,
  xDpi: number,
  yDpi: number,
): { readonly xDpi: number; readonly yDpi: number } {
  const isLikely = xDpi >= DPI_MIN && xDpi <= DPI_MAX && yDpi >= DOWN_DPI_MIN && yDpi <= DPI_MAX;
  return isLikely ? { xDpi, yDpi } : { xDpi: FAX.x, yDpi: height < width ? FAX.standard : FAX.fine };
}
