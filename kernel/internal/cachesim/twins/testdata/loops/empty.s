// A package with assembly may have functions without a body, such as stopTheWorld.
