// @ts-nocheck
import { type DocumentedOperation, reference } from './record.ts';

/** The shop itself, its apps, discounts, markets, content and subscriptions. */
export const shopOperations: readonly DocumentedOperation[] = [
  { source: reference('2026-01/objects/Shop'), query: 'query { shop { domains { id host url } } }' },
  { source: reference('latest'), query: 'query { shop { name } }' },
  { source: reference('2026-01/queries/shopLocales'), query: 'query { shopLocales { locale primary published } }' },
  {
    source: reference('2026-01/queries/scriptTags'),
    query: 'query { scriptTags(first: 5) { edges { node { id } } } }',
  },
  {
    source: reference('2026-07/mutations/scriptTagCreate'),
    query: `mutation ScriptTagCreate($input: ScriptTagInput!) {
      scriptTagCreate(input: $input) {
        scriptTag { id cache createdAt displayScope src updatedAt }
        userErrors { field message }
      }
    }`,
    variables: { input: { src: 'https://js.example.org/bar.js', displayScope: 'ONLINE_STORE', cache: true } },
  },
  { source: reference('2026-01/queries/segments'), query: 'query { segments(first: 3) { edges { node { id } } } }' },
  {
    source: reference('2026-07/queries/shopifyqlQuery'),
    query: `query {
      shopifyqlQuery(query: "FROM sales SHOW total_sales GROUP BY month SINCE -3m ORDER BY month") {
        tableData { columns { name dataType displayName } rows }
        parseErrors
      }
    }`,
  },
  {
    source: reference('2026-01/queries/staffMember'),
    query: `query {
      staffMember {
        active avatar { url } email exists firstName id initials isShopOwner lastName locale name phone
        privateData { accountSettingsUrl createdAt }
      }
    }`,
  },
  {
    source: reference('2026-01/queries/currentAppInstallation'),
    query: `query {
      currentAppInstallation {
        oneTimePurchases(first: 10) {
          edges { node { createdAt id name price { amount currencyCode } status test } }
        }
      }
    }`,
  },
  {
    source: reference('2026-01/queries/codeDiscountNode'),
    query: `query {
      codeDiscountNode(id: "gid://shopify/DiscountCodeNode/206265824") {
        id
        codeDiscount { ... on DiscountCodeBasic { title summary codes(first: 1) { nodes { code id } } } }
      }
    }`,
  },
  {
    source: reference('2026-01/mutations/discountCodeDeactivate'),
    query: `mutation discountCodeDeactivate($id: ID!) {
      discountCodeDeactivate(id: $id) {
        codeDiscountNode { codeDiscount { ... on DiscountCodeBasic { title status startsAt endsAt } } }
        userErrors { field code message }
      }
    }`,
    variables: { id: 'gid://shopify/DiscountCodeNode/206265824' },
  },
  {
    source: reference('2026-07/queries/priceLists'),
    query: `query {
      priceLists(first: 1, reverse: true) { nodes { id currency fixedPricesCount catalog { id title } } }
    }`,
  },
  {
    source: reference('2026-07/mutations/priceListCreate'),
    query: `mutation PriceListCreate($input: PriceListCreateInput!) {
      priceListCreate(input: $input) {
        userErrors { field message }
        priceList { id name currency parent { adjustment { type value } } }
      }
    }`,
    variables: {
      input: {
        name: 'Price List',
        currency: 'USD',
        parent: { adjustment: { type: 'PERCENTAGE_INCREASE', value: 10 } },
      },
    },
  },
  {
    source: reference('2026-07/queries/catalogs'),
    query: 'query { catalogs(first: 3, type: MARKET) { nodes { id title status } } }',
  },
  {
    source: reference('2026-07/mutations/marketUpdate'),
    query: `mutation marketUpdate($input: MarketUpdateInput!) {
      marketUpdate(id: "gid://shopify/Market/73827535", input: $input) {
        market {
          id handle status
          conditions { regionsCondition { regions(first: 10) { edges { node { id name } } } } }
          currencySettings { baseCurrency { currencyCode } localCurrencies }
        }
        userErrors { field message code }
      }
    }`,
    variables: { input: { status: 'DRAFT' } },
  },
  {
    source: reference('2026-07/mutations/articleCreate'),
    query: `mutation CreateArticle($article: ArticleCreateInput!) {
      articleCreate(article: $article) {
        article { id title author { name } handle body summary tags image { altText originalSrc } }
        userErrors { code field message }
      }
    }`,
    variables: {
      article: {
        blogId: 'gid://shopify/Blog/389767568',
        title: 'New Article Title',
        author: { name: 'Test User' },
        body: 'This is the content of the article.',
        isPublished: true,
        publishDate: '2023-01-01T12:00:00Z',
        image: { altText: 'Alt text for the image', url: 'http://example.com/fake_image.jpg' },
      },
    },
  },
  {
    source: reference('2026-07/mutations/commentSpam'),
    query: `mutation MarkCommentAsSpam($id: ID!) {
      commentSpam(id: $id) { comment { id } userErrors { field message } }
    }`,
    variables: { id: 'gid://shopify/Comment/757536350' },
  },
  {
    source: reference('2026-07/mutations/themeFilesCopy'),
    query: `mutation themeFilesCopy($files: [ThemeFilesCopyFileInput!]!, $themeId: ID!) {
      themeFilesCopy(files: $files, themeId: $themeId) { copiedThemeFiles { filename } userErrors { field message } }
    }`,
    variables: {
      themeId: 'gid://shopify/OnlineStoreTheme/529529152',
      files: [{ dstFilename: 'templates/index.alt.json', srcFilename: 'templates/index.json' }],
    },
  },
  {
    source: reference('2026-07/mutations/carrierServiceUpdate'),
    query: `mutation CarrierServiceUpdate($input: DeliveryCarrierServiceUpdateInput!) {
      carrierServiceUpdate(input: $input) { carrierService { id name callbackUrl active } userErrors { field message } }
    }`,
    variables: {
      input: {
        id: 'gid://shopify/DeliveryCarrierService/1036895102',
        name: 'new test carrier service',
        callbackUrl: 'https://new.example.com/',
        active: true,
      },
    },
  },
  {
    source: reference('2026-07/mutations/mobilePlatformApplicationUpdate'),
    query: `mutation MobilePlatformApplicationUpdate($id: ID!, $input: MobilePlatformApplicationUpdateInput!) {
      mobilePlatformApplicationUpdate(id: $id, input: $input) {
        mobilePlatformApplication { ... on AppleApplication { id appId universalLinksEnabled appClipsEnabled } }
        userErrors { field message }
      }
    }`,
    variables: {
      id: 'gid://shopify/MobilePlatformApplication/1066176040',
      input: { apple: { appId: 'com.apple.package', universalLinksEnabled: false, appClipsEnabled: true } },
    },
  },
  {
    source: reference('2026-07/mutations/subscriptionBillingCycleCharge'),
    query: `mutation subscriptionBillingCycleCharge(
      $contractId: ID!, $billingCycleSelector: SubscriptionBillingCycleSelector!
    ) {
      subscriptionBillingCycleCharge(subscriptionContractId: $contractId, billingCycleSelector: $billingCycleSelector) {
        subscriptionBillingAttempt { id ready }
        userErrors { field message }
      }
    }`,
    variables: {
      contractId: 'gid://shopify/SubscriptionContract/593791907',
      billingCycleSelector: { date: '2023-01-05T12:00:00Z' },
    },
  },
  {
    source: reference('2026-01/mutations/subscriptionBillingCycleScheduleEdit'),
    query: `mutation subscriptionBillingCycleScheduleEdit($contractId: ID!, $index: Int!, $date: DateTime!) {
      subscriptionBillingCycleScheduleEdit(
        billingCycleInput: { contractId: $contractId, selector: { index: $index } }
        input: { billingDate: $date, reason: BUYER_INITIATED }
      ) {
        billingCycle { cycleIndex billingAttemptExpectedDate }
        userErrors { field message }
      }
    }`,
    variables: {
      contractId: 'gid://shopify/SubscriptionContract/398475269',
      index: 1,
      date: '2021-12-31T07:00:00-05:00',
    },
  },
  {
    source: reference('2026-07/mutations/marketingEngagementsDelete'),
    query: `mutation M($channelHandle: String, $deleteEngagementsForAllChannels: Boolean) {
      marketingEngagementsDelete(
        channelHandle: $channelHandle, deleteEngagementsForAllChannels: $deleteEngagementsForAllChannels
      ) { result userErrors { field message } }
    }`,
  },
  {
    source: reference('2026-07/mutations/storefrontAccessTokenDelete'),
    query: `mutation storefrontAccessTokenDelete($input: StorefrontAccessTokenDeleteInput!) {
      storefrontAccessTokenDelete(input: $input) { deletedStorefrontAccessTokenId userErrors { field message } }
    }`,
    variables: { input: { id: 'gid://shopify/StorefrontAccessToken/55270800' } },
  },
];
