/** What an attachment weighs in tokens, before the vendor says so. */
import type { Attachment } from "../agent/message.ts";
import type { ModelInfo } from "../agent/model.ts";
import { type ImageTokens, rowFacts } from "./catalog.ts";
import { type ImageSize, imageSize } from "./image-size.ts";
import { imageLimits } from "./images.ts";
import { remember } from "./neutral.ts";

export interface AttachmentWeights {
  /** For models whose row says nothing of images. */
  readonly images: ImageTokens;
  /** What one page of a PDF is taken for. */
  readonly page: { readonly bytes: number; readonly tokens: number };
  /** For an image whose size cannot be read. */
  readonly unknown: number;
}

/** Estimates for one model, by the formula of its row, of the size that is sent. */
export function attachmentWeight(info: ModelInfo, weights: AttachmentWeights): (attachment: Attachment) => number {
  const { edgePx } = imageLimits(info);
  const formula = rowFacts(info.wireId).imageTokens ?? weights.images;
  return remember((attachment: Attachment) => {
    if (attachment.mime === "application/pdf") {
      return Math.ceil((attachment.data.length * 0.75) / weights.page.bytes) * weights.page.tokens;
    }
    const size = imageSize(attachment);
    return size ? imageWeight(within(size, edgePx), formula) : weights.unknown;
  });
}

/** Tokens of an image of this size. */
export function imageWeight(size: ImageSize, formula: ImageTokens): number {
  const { width, height } = size;
  switch (formula.kind) {
    case "none":
      return 0;
    case "area":
      return Math.ceil((width * height) / formula.divisor);
    case "patches32": {
      const patches = Math.ceil(width / 32) * Math.ceil(height / 32);
      return Math.ceil(Math.min(patches, formula.patch_budget ?? patches) * formula.multiplier);
    }
    case "tiles": {
      // The vendor scales to fit 2,048 × 2,048, then the shorter edge to 768.
      const square = within(size, 2048);
      const scaled = within(
        square,
        (768 * Math.max(square.width, square.height)) / Math.min(square.width, square.height),
      );
      return formula.base + formula.per_512px_tile * Math.ceil(scaled.width / 512) * Math.ceil(scaled.height / 512);
    }
    case "tiles768":
      if (width <= 384 && height <= 384) return formula.per_tile;
      return formula.per_tile * Math.ceil(width / 768) * Math.ceil(height / 768);
    default:
      return formula satisfies never;
  }
}

function within({ width, height }: ImageSize, edge: number): ImageSize {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
