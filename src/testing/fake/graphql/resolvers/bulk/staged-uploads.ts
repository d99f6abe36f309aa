import { type StagedUploadInput, stagedTarget, stagedUpload } from '../../../bulk/staged-target.ts';
import { type ResolverMap, resolver } from '../../context.ts';

/** `stagedUploadsCreate`. */
export const stagedUploadResolvers: ResolverMap = {
  Mutation: {
    stagedUploadsCreate: resolver<unknown, { input: readonly StagedUploadInput[] }>((_source, { input }, context) => {
      const { store, shop, origin, clock } = context;
      const stagedTargets = input.map((asked) => {
        const upload = stagedUpload(store.nextId('StagedUpload'), shop, asked, clock.now());
        store.put(shop, 'StagedUpload', upload);
        return stagedTarget(upload, origin, shop);
      });
      return { stagedTargets, userErrors: [] };
    }),
  },
};
