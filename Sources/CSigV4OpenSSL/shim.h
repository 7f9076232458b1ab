#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

/* Swift doesn't import macros that are expressions; and of a string macro it makes a String, whose C form lives for
   one call, while parameters keep pointers to their names. */
static const int CSIGV4_EVP_PKEY_KEYPAIR = EVP_PKEY_KEYPAIR;
static const int CSIGV4_EVP_PKEY_PUBLIC_KEY = EVP_PKEY_PUBLIC_KEY;
static const char *const CSIGV4_GROUP_NAME = OSSL_PKEY_PARAM_GROUP_NAME;
static const char *const CSIGV4_PUBLIC_KEY = OSSL_PKEY_PARAM_PUB_KEY;
static const char *const CSIGV4_PRIVATE_KEY = OSSL_PKEY_PARAM_PRIV_KEY;
static const char *const CSIGV4_P256 = "prime256v1";
