export type Direction = 'download' | 'upload';

/**
 * The only place that turns the node's viewpoint into the user's: sent to the peer (tx) is the user's download, received
 * from the peer (rx) the upload.
 */
export function directionsOf<T>(of: { readonly rxBytes: T; readonly txBytes: T }): Record<Direction, T> {
  return { download: of.txBytes, upload: of.rxBytes };
}
