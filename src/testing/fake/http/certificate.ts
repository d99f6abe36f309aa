/**
 * A certificate for `localhost`, `127.0.0.1` and `::1`, signed by itself and valid until 2120, with which a fake
 * listens on HTTPS. Everybody can read its private key here: it protects nothing, and is no authority that could
 * vouch for other names. Clients trust it by it alone: `ca: fakeCertificate`, or `NODE_EXTRA_CA_CERTS`.
 */
export const fakeCertificate = `-----BEGIN CERTIFICATE-----
MIIBnjCCAUOgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAWiZXj94GPgX8ge
acL1RsyC88ssk5ocV8mfAXKF9/VK5Np85a449LWAOys2/FvURa8aSZ+ffEhT0LGq
d5Ngng+jgYMwgYAwLAYDVR0RBCUwI4IJbG9jYWxob3N0hwR/AAABhxAAAAAAAAAA
AAAAAAAAAAABMAwGA1UdEwEB/wQCMAAwDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQM
MAoGCCsGAQUFBwMBMB0GA1UdDgQWBBSpdhOkDa36/074LUu6LA46FfKjJDAKBggq
hkjOPQQDAgNJADBGAiEA4wExrvukA0qC/R2AGuqz3G82HIuCqmygJHHjGvz8UJEC
IQD5GquKSYGBgCpbagoAdiKmK1+Uy2dOyaoF1VvyD8U92w==
-----END CERTIFICATE-----
`;

/** The private key of `fakeCertificate`. It protects nothing. */
export const fakeCertificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg12+oyR2ZG2STo3k6
C4Iee507ody3o9/jMfKCXZaeNiShRANCAAQFomV4/eBj4F/IHmnC9UbMgvPLLJOa
HFfJnwFyhff1SuTafOWuOPS1gDsrNvxb1EWvGkmfn3xIU9CxqneTYJ4P
-----END PRIVATE KEY-----
`;
