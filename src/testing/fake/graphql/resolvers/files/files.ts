import type { StoredMedia } from '../../../store/entities.ts';
import { type ResolverMap, resolver } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { type ConnectionArgs, connection } from '../connections.ts';
import { byId, oneOf, type SearchTerm, searched } from '../search.ts';
import { createFiles, deleteFiles, type FileCreateInput, type FileUpdateInput, updateFiles } from './change.ts';
import { allImages, imageStatus } from './images.ts';

interface FilesArgs extends ConnectionArgs {
  readonly query?: string | null;
  readonly savedSearchId?: string | null;
  readonly sortKey: string;
}

/** Sort keys that come to the order of creation. */
const creationOrder = new Set(['ID', 'CREATED_AT']);

/** Resolvers of files. Of these, images are simulated. */
export const fileResolvers: ResolverMap = {
  QueryRoot: {
    files: resolver<unknown, FilesArgs>((_source, args, context) => {
      if (args.savedSearchId != null) throw notSimulated('QueryRoot.files(savedSearchId:)');
      if (!creationOrder.has(args.sortKey)) throw notSimulated(`QueryRoot.files(sortKey: ${args.sortKey})`);
      const terms: Readonly<Record<string, SearchTerm<StoredMedia>>> = {
        id: byId,
        status: oneOf((image) => imageStatus(image, context)),
        media_type: oneOf((image) => image.mediaContentType),
      };
      return connection(searched(allImages(context), args.query, terms, 'QueryRoot.files'), args);
    }),
  },
  Mutation: {
    fileCreate: resolver<unknown, { files: readonly FileCreateInput[] }>((_source, { files }, context) =>
      createFiles(files, context),
    ),
    fileUpdate: resolver<unknown, { files: readonly FileUpdateInput[] }>((_source, { files }, context) =>
      updateFiles(files, context),
    ),
    fileDelete: resolver<unknown, { fileIds: readonly string[] }>((_source, { fileIds }, context) =>
      deleteFiles(fileIds, context),
    ),
  },
};
