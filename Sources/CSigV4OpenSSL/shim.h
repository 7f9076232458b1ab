#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

/* Swift doesn't import macros that are expressions. */
static const int CSIGV4_EVP_PKEY_KEYPAIR = EVP_PKEY_KEYPAIR;
static const int CSIGV4_EVP_PKEY_PUBLIC_KEY = EVP_PKEY_PUBLIC_KEY;
