/* A security key without a device, for OpenSSH's sk-api.h: its handle is the private half, and somebody always touches it. */
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ED25519 1
#define UNSUPPORTED -2
#define FAILED -1

struct option;

struct enrolled {
    uint8_t flags;
    uint8_t *public_key;
    size_t public_key_len;
    uint8_t *key_handle;
    size_t key_handle_len;
    uint8_t *signature;
    size_t signature_len;
    uint8_t *certificate;
    size_t certificate_len;
    uint8_t *authdata;
    size_t authdata_len;
};

struct signed_data {
    uint8_t flags;
    uint32_t counter;
    uint8_t *r;
    size_t r_len;
    uint8_t *s;
    size_t s_len;
};

uint32_t sk_api_version(void) { return API_VERSION; }

int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application, uint8_t flags,
              const char *pin, struct option **options, struct enrolled **response) {
    (void)challenge, (void)challenge_len, (void)application, (void)pin, (void)options;
    if (alg != ED25519) return UNSUPPORTED;
    struct enrolled *made = calloc(1, sizeof *made);
    made->flags = flags;
    made->key_handle_len = made->public_key_len = 32;
    made->key_handle = malloc(32);
    made->public_key = malloc(32);
    RAND_bytes(made->key_handle, 32);
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, made->key_handle, 32);
    if (!key || !EVP_PKEY_get_raw_public_key(key, made->public_key, &made->public_key_len)) return FAILED;
    EVP_PKEY_free(key);
    *response = made;
    return 0;
}

int sk_sign(uint32_t alg, const uint8_t *data, size_t data_len, const char *application, const uint8_t *handle,
            size_t handle_len, uint8_t flags, const char *pin, struct option **options, struct signed_data **response) {
    (void)pin, (void)options;
    if (alg != ED25519) return UNSUPPORTED;
    /* The application's hash, the flags, a counter, the data's hash. */
    uint8_t message[32 + 1 + 4 + 32] = {0};
    SHA256((const uint8_t *)application, strlen(application), message);
    message[32] = flags;
    message[36] = 1;
    SHA256(data, data_len, message + 37);
    struct signed_data *made = calloc(1, sizeof *made);
    made->flags = flags;
    made->counter = 1;
    made->r_len = 64;
    made->r = malloc(64);
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, handle, handle_len);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!key || !EVP_DigestSignInit(context, NULL, NULL, NULL, key) ||
        !EVP_DigestSign(context, made->r, &made->r_len, message, sizeof message))
        return FAILED;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    *response = made;
    return 0;
}

int sk_load_resident_keys(const char *pin, struct option **options, void ***keys, size_t *count) {
    (void)pin, (void)options, (void)keys, (void)count;
    return UNSUPPORTED;
}
