// Core Foundation and System Configuration, as far as a watch on the network needs them.
#include <pthread.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void broken(const char *rule) __attribute__((noreturn));

enum kind { STRING = 1, ARRAY, DICTIONARY, BOOLEAN, STORE, SOURCE, LOOP };
struct object {
    enum kind kind;
    long refs;
    char *text;
    struct object **items;
    long count;
    void (*call)(struct object *, struct object *, void *);
    void *info;
    void (*release_info)(const void *);
};
static struct object *make(enum kind kind) {
    struct object *new = calloc(1, sizeof *new);
    new->kind = kind;
    new->refs = 1;
    return new;
}
static struct object yes = {BOOLEAN, 1 << 30}, no = {BOOLEAN, 1 << 30};
const void *kCFBooleanTrue = &yes, *kCFBooleanFalse = &no, *kCFAllocatorDefault, *kCFAllocatorNull;
long kCFTypeArrayCallBacks[8], kCFTypeDictionaryKeyCallBacks[8], kCFTypeDictionaryValueCallBacks[8];

struct object *CFRetain(struct object *object) { __atomic_fetch_add(&object->refs, 1, __ATOMIC_SEQ_CST); return object; }
void CFRelease(struct object *object) {
    if (!object) broken("CFRelease(NULL), which ends the process");
    long left = __atomic_sub_fetch(&object->refs, 1, __ATOMIC_SEQ_CST);
    if (left < 0) broken("CFRelease once too often");
    if (left) return;
    for (long at = 0; at < object->count; at++) CFRelease(object->items[at]);
    if (object->release_info) object->release_info(object->info);
    free(object->items);
    free(object->text);
    free(object);
}
long CFGetRetainCount(struct object *object) { return object->refs; }
unsigned long CFGetTypeID(struct object *object) { return object->kind; }
unsigned long CFStringGetTypeID(void) { return STRING; }
unsigned long CFArrayGetTypeID(void) { return ARRAY; }
unsigned long CFDictionaryGetTypeID(void) { return DICTIONARY; }
unsigned long CFBooleanGetTypeID(void) { return BOOLEAN; }
unsigned long SCDynamicStoreGetTypeID(void) { return STORE; }
unsigned long CFRunLoopGetTypeID(void) { return LOOP; }
unsigned long CFRunLoopSourceGetTypeID(void) { return SOURCE; }

struct object *CFStringCreateWithBytes(void *by, const char *bytes, long length, unsigned encoding, unsigned char external) {
    struct object *new = make(STRING);
    new->text = strndup(bytes, (size_t)length);
    return new;
}
struct object *CFStringCreateWithBytesNoCopy(void *by, const char *bytes, long length, unsigned encoding, unsigned char external, void *freed) {
    return CFStringCreateWithBytes(by, bytes, length, encoding, external);
}
static struct object *collection(enum kind kind, struct object **items, long count) {
    struct object *new = make(kind);
    new->items = calloc((size_t)count + 1, sizeof *items);
    new->count = count;
    for (long at = 0; at < count; at++) new->items[at] = CFRetain(items[at]);
    return new;
}
struct object *CFArrayCreate(void *by, struct object **items, long count, void *how) { return collection(ARRAY, items, count); }
struct object *CFDictionaryCreate(void *by, struct object **keys, struct object **values, long count, void *a, void *b) {
    return collection(DICTIONARY, values, count);
}

// --- the dynamic store ----------------------------------------------------------------------------------------------

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news = PTHREAD_COND_INITIALIZER;
static struct object *store, *keys, *patterns;
static char *present[16], *changed[64];
static int changes, refused, waits;
struct object *kSCDynamicStoreUseSessionKeys;
__attribute__((constructor)) static void begin(void) {
    kSCDynamicStoreUseSessionKeys = CFStringCreateWithBytes(NULL, "UseSessionKeys", 14, 0, 0);
    kSCDynamicStoreUseSessionKeys->refs = 1 << 30;
}
// 1: no session with configd; 2: it watches nothing; 3: no source.
void fake_configd_refuses(int what) { refused = what; }

struct context { long version; void *info; void *retain; void (*release)(const void *); void *describe; };
struct object *SCDynamicStoreCreateWithOptions(void *by, struct object *name, struct object *options,
                                               void (*call)(struct object *, struct object *, void *), struct context *context) {
    if (refused == 1) return NULL;
    store = make(STORE);
    store->call = call;
    store->info = context->info;
    store->release_info = context->release;
    return store;
}
unsigned char SCDynamicStoreSetNotificationKeys(struct object *of, struct object *wanted, struct object *like) {
    if (refused == 2) return 0;
    keys = CFRetain(wanted);
    patterns = CFRetain(like);
    return 1;
}
struct object *SCDynamicStoreCreateRunLoopSource(void *by, struct object *of, long order) {
    return refused == 3 ? NULL : make(SOURCE);
}
struct object *SCDynamicStoreCopyValue(struct object *of, struct object *key) {
    struct object *found = NULL;
    pthread_mutex_lock(&lock);
    for (int at = 0; at < 16; at++) if (present[at] && !strcmp(present[at], key->text)) found = make(DICTIONARY);
    pthread_mutex_unlock(&lock);
    return found;
}

// SCDynamicStore.h, SCDynamicStoreSetNotificationKeys: the keys, and the patterns (regular expressions of the whole key).
static bool is_watched(const char *key) {
    for (long at = 0; keys && at < keys->count; at++) if (!strcmp(keys->items[at]->text, key)) return true;
    for (long at = 0; patterns && at < patterns->count; at++) {
        char whole[300];
        regex_t like;
        snprintf(whole, sizeof whole, "^(%s)$", patterns->items[at]->text);
        if (regcomp(&like, whole, REG_EXTENDED)) broken("a pattern that is no regular expression");
        int differs = regexec(&like, key, 0, NULL, 0);
        regfree(&like);
        if (!differs) return true;
    }
    return false;
}
// configd has an entry from now on, or has it no more; it reports both.
void fake_entry(const char *key, int is_there) {
    pthread_mutex_lock(&lock);
    int at = 0;
    while (at < 15 && (is_there ? present[at] != NULL : !present[at] || strcmp(present[at], key))) at++;
    if (is_there) present[at] = strdup(key); else if (present[at]) { free(present[at]); present[at] = NULL; }
    if (is_watched(key)) { free(changed[changes]); changed[changes++] = strdup(key); }
    pthread_cond_broadcast(&news);
    pthread_mutex_unlock(&lock);
}

// --- a run loop of a thread other than the main one -------------------------------------------------------------------

static struct object loop = {LOOP, 1 << 30};
static int has_source, stopped;
const void *kCFRunLoopDefaultMode = "default";
struct object *CFRunLoopGetCurrent(void) { return &loop; }
void CFRunLoopAddSource(struct object *to, struct object *source, const void *mode) {
    CFRetain(source);                        // for as long as the loop has it
    pthread_mutex_lock(&lock);
    has_source = 1;
    pthread_mutex_unlock(&lock);
}
void fake_network_loop_stops(void) {
    pthread_mutex_lock(&lock);
    stopped = 1;
    pthread_cond_broadcast(&news);
    pthread_mutex_unlock(&lock);
}
// Until the watch waits for news; what comes earlier it might not report.
void fake_await_watch(void) {
    pthread_mutex_lock(&lock);
    while (!waits) pthread_cond_wait(&news, &lock);
    pthread_mutex_unlock(&lock);
}
static double fake_day = 0;
void fake_day_is(double seconds) { fake_day = seconds; }
// CFRunLoop.h: 1 finished (no source), 2 stopped, 3 timed out, 4 handled a source.
int CFRunLoopRunInMode(const void *mode, double seconds, unsigned char return_after) {
    if (seconds > 3600 && fake_day) seconds = fake_day;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)seconds;
    until.tv_nsec += (long)((seconds - (double)(long)seconds) * 1e9);
    if (until.tv_nsec >= 1000000000) { until.tv_sec++; until.tv_nsec -= 1000000000; }
    int result = has_source ? 0 : 1;
    pthread_mutex_lock(&lock);
    while (!result) {
        if (stopped) { result = 2; break; }
        if (changes) {
            changes = 0;
            pthread_mutex_unlock(&lock);
            struct object *which = collection(ARRAY, NULL, 0);
            store->call(store, which, store->info);
            CFRelease(which);
            pthread_mutex_lock(&lock);
            if (return_after) result = 4;
            continue;
        }
        waits = 1;
        pthread_cond_broadcast(&news);
        if (pthread_cond_timedwait(&news, &lock, &until)) result = 3;
    }
    pthread_mutex_unlock(&lock);
    return result;
}
