// Foundation: strings, collections, bundle, notifications, operation queues, activities of the process.
#include "fake.h"
#include <unistd.h>

@interface NSThread : NSObject
@end
@implementation NSThread
+ (BOOL)isMainThread { return is_main_thread(); }
@end

@implementation NSString
- (id)initWithBytes:(void *)bytes length:(NSUInteger)length encoding:(int)encoding {
    if (encoding != 4) broken("a string in another encoding than UTF-8");
    text = malloc(length + 1);
    memcpy(text, bytes, length);
    text[length] = 0;
    size = length;
    return self;
}
- (const char *)UTF8String { return text; }
- (NSUInteger)lengthOfBytesUsingEncoding:(int)encoding { return size; }
- (NSUInteger)length { return size; }
- (BOOL)isEqualToString:(NSString *)other {
    return other && other->size == size && !memcmp(other->text, text, size);
}
- (BOOL)isEqual:(id)other { return [self isEqualToString:other]; }
- (id)copy { return [self retain]; }
- (id)copyWithZone:(void *)zone { return [self retain]; }
- (void)dealloc { free(text); [super dealloc]; }
@end
NSString *constant(const char *text) { return [[NSString alloc] initWithBytes:(void *)text length:strlen(text) encoding:4]; }
NSString *string(const char *text) { return [constant(text) autorelease]; }
const char *text_of(id string) { return string ? [string UTF8String] : ""; }

@implementation FakeItems
- (id)initWithObjects:(id *)objects count:(NSUInteger)number {
    items = calloc(number + 1, sizeof(id));
    count = number;
    for (NSUInteger at = 0; at < number; at++) items[at] = [objects[at] retain];
    return self;
}
- (NSUInteger)count { return count; }
- (void)dealloc {
    for (NSUInteger at = 0; at < count; at++) [items[at] release];
    free(items);
    [super dealloc];
}
@end
@implementation NSArray
- (id)objectAtIndex:(NSUInteger)at {
    if (at >= count) raise_exception("NSRangeException", "objectAtIndex: beyond the end");
    return [[items[at] retain] autorelease];
}
+ (id)array { return [[self new] autorelease]; }
+ (id)arrayWithObjects:(id *)objects count:(NSUInteger)number {
    return [[[self alloc] initWithObjects:objects count:number] autorelease];
}
@end
@implementation NSSet
+ (id)setWithObjects:(id *)objects count:(NSUInteger)number {
    return [[[self alloc] initWithObjects:objects count:number] autorelease];
}
@end

static char error_words[200];
static NSInteger error_number;
@interface NSError : NSObject
@end
@implementation NSError
- (NSInteger)code { return error_number; }
- (id)localizedDescription { return string(error_words); }
@end
id fake_error(NSInteger code, const char *words) {
    error_number = code;
    snprintf(error_words, sizeof error_words, "%s", words);
    return [[NSError new] autorelease];
}

// --- the bundle: "Remote Jupyter.app", unless a scenario says otherwise ----------------------------------------------

static const char *bundle_path = "/Applications/Remote Jupyter.app", *bundle_id = "org.remote-jupyter.RemoteJupyter";
void fake_bundle(const char *path, const char *identifier) { bundle_path = path; bundle_id = identifier; }
const char *fake_bundle_path(void) { return bundle_path; }
@interface NSBundle : NSObject
@end
@implementation NSBundle
+ (id)mainBundle {
    static id bundle;
    return bundle ?: (bundle = [self new]);
}
- (id)bundleIdentifier { return bundle_id ? string(bundle_id) : nil; }
- (id)bundlePath { return string(bundle_path); }
@end

// --- notifications: a centre keeps its observers until they are removed (NSNotification.h) ---------------------------

@interface NSNotification : NSObject
@end
@implementation NSNotification
@end

// One after the other where the queue says so, else each operation on a thread of its own (NSOperation.h).
@interface NSOperationQueue : NSObject {
@public
    NSInteger most;
    pthread_mutex_t turn;
}
@end
@implementation NSOperationQueue
- (id)init { most = -1; pthread_mutex_init(&turn, NULL); return self; }
- (void)setMaxConcurrentOperationCount:(NSInteger)number { most = number; }
@end

struct observer { NSString *name; NSOperationQueue *queue; struct block *block; struct observer *next; id token; };
struct delivery { struct observer observer; unsigned long order; };
@interface NSNotificationCenter : NSObject {
@public
    struct observer *observers;
}
@end
static unsigned long next_order, next_turn;
static pthread_mutex_t order_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t order_moved = PTHREAD_COND_INITIALIZER;

static void call_observer(struct block *block) {
    id notification = [NSNotification new];
    ((void (*)(void *, id))block->invoke)(block, notification);
    [notification release];
}
static void deliver(void *given) {
    struct delivery *delivery = given;
    bool serial = delivery->observer.queue->most == 1;
    pthread_mutex_lock(&order_lock);
    while (serial && next_turn != delivery->order) pthread_cond_wait(&order_moved, &order_lock);
    pthread_mutex_unlock(&order_lock);
    // Nothing orders operations otherwise, so they come in the order that would be a surprise.
    if (!serial && delivery->order % 2 == 0) usleep(20000);
    call_observer(delivery->observer.block);
    pthread_mutex_lock(&order_lock);
    next_turn++;
    pthread_cond_broadcast(&order_moved);
    pthread_mutex_unlock(&order_lock);
    free(delivery);
}
@implementation NSNotificationCenter
+ (id)defaultCenter {
    static id centre;
    return centre ?: (centre = [self new]);
}
- (id)addObserverForName:(NSString *)name object:(id)object queue:(NSOperationQueue *)queue usingBlock:(id)block {
    struct observer *new = calloc(1, sizeof *new);
    *new = (struct observer){name, [queue retain], _Block_copy(block), observers, [NSObject new]};
    observers = new;
    // The centre keeps the token as well, until it is removed.
    return [[new->token retain] autorelease];
}
- (void)removeObserver:(id)token {
    for (struct observer **at = &observers; *at; at = &(*at)->next)
        if ((*at)->token == token) {
            struct observer *gone = *at;
            *at = gone->next;
            _Block_release(gone->block);
            [gone->queue release];
            [gone->token release];
            free(gone);
            return;
        }
}
@end
// Without a queue an observer is called within the post; with one, on a thread of the queue's.
void post_notification(NSNotificationCenter *centre, const char *name) {
    for (struct observer *at = centre->observers; at; at = at->next) {
        if (strcmp(text_of(at->name), name)) continue;
        if (!at->queue) { call_observer(at->block); continue; }
        struct delivery *delivery = malloc(sizeof *delivery);
        *delivery = (struct delivery){*at, next_order++};
        on_a_thread(deliver, delivery);
    }
}

// --- activities: App Nap, automatic and sudden termination (NSProcessInfo.h) -----------------------------------------

static NSUInteger activities[32];
static id tokens[32];
@interface NSProcessInfo : NSObject
@end
@implementation NSProcessInfo
+ (id)processInfo {
    static id info;
    return info ?: (info = [self new]);
}
- (id)beginActivityWithOptions:(NSUInteger)options reason:(NSString *)reason {
    // NSProcessInfo.h: "The reason parameter must not be nil or an empty string".
    if (!*text_of(reason)) raise_exception("NSInvalidArgumentException", "beginActivityWithOptions: without a reason");
    int at = 0;
    while (activities[at]) at++;
    activities[at] = options;
    tokens[at] = [NSObject new];
    return [[tokens[at] retain] autorelease];
}
- (void)endActivity:(id)token {
    for (int at = 0; at < 32; at++)
        if (activities[at] && tokens[at] == token) {
            activities[at] = 0;
            [tokens[at] release];
            return;
        }
    raise_exception("NSInvalidArgumentException", "endActivity: with what is no activity");
}
@end
NSUInteger fake_activities(void) {
    NSUInteger all = 0;
    for (int at = 0; at < 32; at++) all |= activities[at];
    return all;
}
