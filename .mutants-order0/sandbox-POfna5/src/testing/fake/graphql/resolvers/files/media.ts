// @ts-nocheck
import type { ProductEntity, StoredMedia, StoredVariant } from '../../../store/entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { type ConnectionArgs, connection, countUpTo } from '../connections.ts';
import { productById } from '../find-entities.ts';
import { imageErrors, imageStatus, previewImage, visibleImage } from './images.ts';

interface MediaArgs extends ConnectionArgs {
  readonly query?: string | null;
  readonly sortKey?: string;
}

const imageErrorsOf = (media: StoredMedia, _args: unknown, context: ResolverContext) => imageErrors(media, context);

/** Resolvers of images, on products and variants. */
export const mediaResolvers: ResolverMap = {
  Product: {
    media: resolver<ProductEntity, MediaArgs>(({ media }, args) => {
      if (args.query != null) throw notSimulated('Product.media(query:)');
      if (args.sortKey !== 'POSITION') throw notSimulated('Product.media(sortKey:)');
      return connection(media, args);
    }),
    mediaCount: resolver<ProductEntity>(({ media }) => countUpTo(media.length)),
    images: resolver<ProductEntity, MediaArgs>(({ media }, args, context) => {
      if (args.sortKey !== 'POSITION') throw notSimulated('Product.images(sortKey:)');
      return connection(
        media.flatMap((each) => visibleImage(each, context) ?? []),
        args,
      );
    }),
    featuredMedia: resolver<ProductEntity>(({ media }) => media[0] ?? null),
    featuredImage: resolver<ProductEntity>(({ media: [first] }, _args, context) => visibleImage(first, context)),
  },
  ProductVariant: {
    media: resolver<StoredVariant, ConnectionArgs>((variant, args, context) => {
      const product = productById(context, variant.productId);
      return connection(product?.media.filter(({ id }) => variant.mediaIds.includes(id)) ?? [], args);
    }),
    image: resolver<StoredVariant>((variant, _args, context) => {
      const media = productById(context, variant.productId)?.media ?? [];
      return visibleImage(
        media.find(({ id }) => id === variant.mediaIds[0]),
        context,
      );
    }),
  },
  MediaImage: {
    mediaErrors: resolver<StoredMedia>(imageErrorsOf),
    mediaWarnings: () => [],
    fileErrors: resolver<StoredMedia>(imageErrorsOf),
    status: resolver<StoredMedia>((media, _args, context) => imageStatus(media, context)),
    fileStatus: resolver<StoredMedia>((media, _args, context) => imageStatus(media, context)),
    image: resolver<StoredMedia>((media, _args, context) => visibleImage(media, context)),
    preview: resolver<StoredMedia>((media, _args, context) => ({
      image: previewImage(media, context),
      status: imageStatus(media, context),
    })),
  },
  Image: {
    src: resolver<StoredMedia['image']>(({ url }) => url),
    originalSrc: resolver<StoredMedia['image']>(({ url }) => url),
  },
};
